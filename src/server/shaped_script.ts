// The script that gives a workflow's result the shape that a client asked for.

export const SHAPED = `export const meta = {
  name: "shaped",
  description: "Runs a workflow and gives its result the shape that was asked for",
};
const result = await workflow(args.name, args.args === null ? undefined : args.args);
const text = typeof result === "string" ? result : JSON.stringify(result);
const shaped = await agent("Give this result in the shape of the schema, and change nothing of what it says.\\n\\n" + text, {
  label: "shape",
  schema: args.schema,
  tools: [],
});
if (shaped === null) throw new Error("the result could not be brought into the shape of response_format: see the failures");
return shaped;
`;
