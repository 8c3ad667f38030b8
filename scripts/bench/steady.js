export const meta = {
  name: "steady",
  description: "Agents at a steady rate: so many lanes, each asking so many times in turn",
};
const lanes = Array.from({ length: args.lanes }, async (_, lane) => {
  for (let round = 0; round < args.rounds; round++) await agent(`Say fine, ${lane}.${round}`, { tools: [] });
});
await Promise.all(lanes);
return args.lanes * args.rounds;
