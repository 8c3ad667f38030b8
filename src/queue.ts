// The contract of scheduling: data in, an AgentResult out, never more at once than a lane and a run allow.
import type { AgentCall, AgentResult, AgentRetry, AgentRunOptions } from "./agent.ts";

/** JSON only, so that a queue in another process can stand behind this contract. */
export interface Task {
  runId: string;
  stepId: string;
  /** Permits of this run, over all lanes. */
  runConcurrency: number;
  call: AgentCall;
}

export interface SubmitOptions {
  signal: AbortSignal;
  /**
   * Called when a permit was given and the work begins, which waits for what it returns; a call that goes on with another model begins
   * once more.
   */
  onStarted?: (call: AgentCall) => void | Promise<void>;
  onRetried?: (retry: AgentRetry) => void;
  /** See AgentRunOptions.reserve. */
  reserve?: AgentRunOptions["reserve"];
  work?: AgentRunOptions["work"];
  /** The permits are held until this settles: what is answered and not yet recorded counts as in flight. Not those of a closed provider. */
  recorded?: Promise<void>;
}

export interface Queue {
  /**
   * First in, first out in each lane. While a lane's provider is closed (quota, key, outage) the result is `failed` with that code and
   * `closed` at once, without a request. Rejects only with the signal's reason or what `onStarted` throws; a failed agent is a result.
   */
  submit(task: Task, options: SubmitOptions): Promise<AgentResult>;
}
