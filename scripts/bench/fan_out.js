export const meta = { name: "fan-out", description: "As many agents as asked for, all at once" };
// Promise.all and not parallel(), which takes at most 4096 items.
const answers = await Promise.all(Array.from({ length: args.agents }, (_, i) => agent(`Say fine, ${i}`)));
return answers.filter((answer) => answer === "fine").length;
