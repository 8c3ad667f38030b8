// The live view: a frame on stderr that is drawn over itself, and gone when the run has ended.
import type { Event, Run } from "../../run.ts";
import { styleFor } from "../style.ts";
import { widthOf } from "../text_width.ts";
import type { Output, World } from "../world.ts";
import { drawFrame } from "./frame.ts";
import { RunProgress } from "./run_progress.ts";
import type { ProgressView } from "../progress_view.ts";

/** At most ten frames a second. */
const FRAME_MS = 100;

/** `startedAt`: where its clock begins, in milliseconds since the epoch. */
export function openLiveView(run: Pick<Run, "id" | "name">, world: World, startedAt: number): ProgressView {
  const progress = new RunProgress(run);
  const style = styleFor(world.stderr, world);
  const screen = createScreen(world.stderr);
  let isSuspended = false;
  const draw = () => {
    if (isSuspended) return;
    const size = { columns: world.stderr.columns(), rows: world.stderr.rows() };
    const now = world.now();
    screen.show(drawFrame(progress, size, { elapsedMs: now - startedAt, now, style }), size.columns);
  };
  const stopTicking = world.every(FRAME_MS, draw);
  const stopResizing = world.stderr.onResize(draw);
  draw();
  return {
    add(events: Event[]) {
      for (const event of events) progress.add(event);
    },
    suspend() {
      isSuspended = true;
      return screen.erase();
    },
    resume() {
      isSuspended = false;
      draw();
    },
    async close() {
      stopTicking();
      stopResizing();
      await screen.erase();
    },
  };
}

/** The lines at the bottom of a terminal that belong to the view. */
export function createScreen(output: Output): { show(lines: string[], columns: number): void; erase(): Promise<void> } {
  let shown: string[] = [];
  let shownColumns = 0;
  let writing: Promise<void> | null = null;

  /** A terminal that is slower than the view misses frames; it never gets a queue of them. */
  function write(text: string): void {
    writing = Promise.resolve(output.write(text)).catch(() => {}).finally(() => writing = null);
  }

  return {
    show(lines, columns) {
      const isSame = columns === shownColumns && lines.join("\n") === shown.join("\n");
      if (writing || isSame) return;
      write(toTop(shown, columns) + lines.map((line) => `${line}\x1b[K`).join("\n") + "\x1b[J");
      shown = lines;
      shownColumns = columns;
    },
    async erase() {
      await writing;
      if (shown.length === 0) return;
      write(`${toTop(shown, output.columns())}\x1b[J`);
      shown = [];
      await writing;
    },
  };
}

/** To the view's first column. Lines that a narrower terminal has wrapped since they were drawn count as what they take now. */
function toTop(lines: string[], columns: number): string {
  const rows = lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / Math.max(1, columns))), 0);
  return rows > 1 ? `\r\x1b[${rows - 1}A` : "\r";
}
