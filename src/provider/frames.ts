// Cuts a response's text into JSON documents: SSE events, NDJSON lines, or one plain document to a streaming request.
import { createParser } from "eventsource-parser";
import { isJsonObject, type JsonObject } from "../json.ts";

/** Thrown when the text is not what was asked for; the caller says whose text it was. */
export class FrameError extends Error {}

/** Takes what was cut out. */
export interface FrameSink {
  /** One event; returns true when nothing of interest comes any more. */
  event(event: JsonObject): boolean;
  /** The stream's own end mark, `[DONE]`. */
  ended(): void;
  document(document: JsonObject): void;
}

/** One response's text, being cut. */
export interface Frames {
  /** Takes the next piece of text; true: the answer is complete. */
  push(text: string): boolean;
  /** No more text comes. */
  finish(): void;
}

/** What the text is shows its first character: servers answer JSON or an HTML page where a stream was asked for. */
export function openFrames(framing: "sse" | "ndjson", sink: FrameSink): Frames {
  let frames: Frames | undefined;
  return {
    push(text) {
      if (!frames) {
        const first = /\S/.exec(text)?.[0];
        if (first === undefined) return false;
        frames = framesFor(first, framing, sink);
      }
      return frames.push(text);
    },
    finish: () => frames?.finish(),
  };
}

function framesFor(first: string, framing: "sse" | "ndjson", sink: FrameSink): Frames {
  if (first === "<") throw new FrameError("an HTML or XML page instead of an answer");
  if (framing === "ndjson") return lines(sink);
  return first === "{" || first === "[" ? document(sink) : serverSentEvents(sink);
}

function serverSentEvents(sink: FrameSink): Frames {
  let ended = false;
  const parser = createParser({
    onEvent({ data }) {
      if (ended || data === "") return;
      if (data !== "[DONE]") ended = sink.event(parseObject(data));
      else {
        ended = true;
        sink.ended();
      }
    },
  });
  return {
    push(text) {
      parser.feed(text);
      return ended;
    },
    // An event whose closing blank line the server left out still counts.
    finish: () => unlessCutShort(() => parser.feed("\n\n")),
  };
}

function lines(sink: FrameSink): Frames {
  let rest = "";
  let ended = false;
  const take = (line: string) => {
    if (!ended && line.trim() !== "") ended = sink.event(parseObject(line));
  };
  return {
    push(text) {
      const parts = text.split("\n");
      parts[0] = rest + (parts[0] ?? "");
      rest = parts.pop() ?? "";
      parts.forEach(take);
      return ended;
    },
    finish: () => unlessCutShort(() => take(rest)),
  };
}

function document(sink: FrameSink): Frames {
  const parts: string[] = [];
  return {
    push(text) {
      parts.push(text);
      return false;
    },
    finish: () => sink.document(parseObject(parts.join(""))),
  };
}

/** A last event that is cut in the middle is no event: the reader then misses the end of its answer. */
function unlessCutShort(take: () => void): void {
  try {
    take();
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
  }
}

function parseObject(text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new FrameError(`malformed JSON: ${text.slice(0, 120)}`);
  }
  const object = Array.isArray(value) ? value[0] : value;
  if (!isJsonObject(object)) throw new FrameError(`JSON that is no object: ${text.slice(0, 120)}`);
  return object;
}
