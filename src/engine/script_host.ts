// What one script of a run may call: the Host behind its sandbox.
import type { AgentHandling } from "../agent.ts";
import { OdwError } from "../errors.ts";
import type { Json } from "../json.ts";
import type { Dialect, Question } from "../run.ts";
import type { Host, ParsedScript, Race } from "../sandbox.ts";
import type { Census } from "./census.ts";
import type { Journal } from "./journal.ts";
import type { PlanAnswers } from "./replans.ts";
import type { RealmId, Retelling } from "./retelling.ts";
import type { ToolAnswers } from "./script_tools.ts";
import type { Telling } from "./telling.ts";
import { createStepKeys } from "./step_key.ts";
import type { StepCall } from "./step_runner.ts";
import type { WorkflowRef } from "./workflow_lookup.ts";

export interface ScriptPlace {
  dialect: Dialect;
  /** See createStepKeys. */
  scope: string;
  /** 0 for the run's own script. */
  depth: number;
  /** The script, or one that called it, was written by plan() or replan(). */
  isPlanned: boolean;
  /** null: the run's own script. */
  file: string | null;
  /** See Retelling. */
  realm: RealmId;
}

/** A child's place, but for what its script says. */
export type ChildPlace = Omit<ScriptPlace, "dialect" | "file" | "realm">;

/** Where the answers of agent() come from: a provider or a journal. */
export interface StepAnswers {
  /** Called in the order of the script's calls. */
  run(call: StepCall): Promise<Json>;
}

/** Where the answers of ask() come from. */
export interface HumanAnswers {
  ask(question: Question): Promise<string>;
}

export interface ScriptHostParts {
  steps: StepAnswers;
  human: HumanAnswers;
  tools: ToolAnswers;
  plans: PlanAnswers;
  journal: Journal;
  census: Census;
  telling?: Telling;
  retelling?: Retelling | undefined;
  /** Deepest allowed `depth`. */
  nesting: number;
  findChild: (ref: WorkflowRef) => Promise<ParsedScript>;
  runChild: (script: ParsedScript, args: Json | undefined, place: ChildPlace) => Promise<Json>;
}

export function createScriptHost(place: ScriptPlace, parts: ScriptHostParts): Host {
  const { steps, human, tools, plans, journal, census, telling, retelling } = parts;
  const keys = createStepKeys(place.scope);
  const { file, realm } = place;
  const inOrder = <Value>(key: string, answer: () => Promise<Value>) =>
    telling ? telling.inOrder(key, answer) : answer();
  const tell = <Value>(key: string, answer: () => Promise<Value>) =>
    retelling
      ? retelling.tell(key, realm, { recorded: answer, fresh: () => inOrder(key, answer) })
      : inOrder(key, answer);
  const hold = <Value>(work: () => Promise<Value>) => retelling ? retelling.hold(realm, work) : work();
  // A call that could be spared by a recorded winner waits until that one was told.
  const patient = (race: Race | undefined) =>
    race && retelling ? { ...race, mayStart: race.mayStart.then(() => retelling.calm()) } : race;
  const placed = (handling: AgentHandling) => file === null ? handling : { ...handling, script: file };

  return {
    agent(request, handling, race) {
      const step = keys.next(request);
      const call = { step, request, handling: placed(handling), dialect: place.dialect, race: patient(race) };
      return tell(step, () => steps.run(call));
    },
    tool(name, input) {
      const key = keys.nextTool(name, input);
      return tell(key, () => tools.call(key, name, input));
    },
    async replan(request) {
      if (place.isPlanned) throw plannedAlready(place.dialect);
      const key = keys.nextPlan(request);
      const planned = () => plans.subScript(key, request);
      const script = await (retelling ? retelling.tell(key, null, { recorded: planned, fresh: planned }) : planned());
      const scope = `${place.scope}/${key}`;
      return await parts.runChild(script, request.args, { scope, depth: place.depth, isPlanned: true });
    },
    ask(asked) {
      const key = keys.nextQuestion(asked);
      return tell(key, () => human.ask({ key, ...asked }));
    },
    async workflow(ref, args) {
      if (place.depth >= parts.nesting) throw tooDeep(parts.nesting);
      const scope = `${place.scope}/${keys.nextScope({ ...ref, args: args ?? null })}`;
      const { depth, isPlanned } = place;
      const script = await hold(() => parts.findChild(ref));
      return await parts.runChild(script, args, { scope, depth: depth + 1, isPlanned });
    },
    checkpoint: (key, value) => journal.note({ type: "checkpoint_saved", key, value }),
    phase: (title) => journal.note({ type: "phase_started", title }),
    log: (level, message) => journal.note({ type: "log_written", level, message }),
    failure: (failure) => journal.note({ type: "failure_recorded", failure }),
    budget: census.shown,
    ...(retelling ? { settled: () => retelling.settled(realm) } : {}),
  };
}

function tooDeep(nesting: number): OdwError {
  const levels = nesting === 1 ? "one level" : `${nesting} levels`;
  return new OdwError(
    "usage",
    `workflow() cannot be called from within a child workflow: nesting is limited to ${levels} (setting script.nesting)`,
  );
}

function plannedAlready(dialect: Dialect): OdwError {
  const name = dialect === "meta" ? "plan()" : "replan()";
  return new OdwError(
    "usage",
    `${name} cannot be called from within a planned sub-script: planning is limited to one level; let the outer script plan again`,
  );
}
