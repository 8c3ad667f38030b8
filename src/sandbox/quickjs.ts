// QuickJS as a WebAssembly instance whose memory cannot grow past the script's limit.
import imported from "@jitl/quickjs-wasmfile-release-sync";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";

const PAGE_BYTES = 65_536;
/** What the module declares as its smallest memory. */
const MIN_PAGES = 256;
/** What the module declares as its largest memory. */
const MAX_PAGES = 32_768;
/** Room above the limit, so that a run at its limit can still be reported. */
const SPARE_PAGES = 128;

/**
 * Makes an instance of its own. QuickJS counts only a few bytes for each small allocation in this build, so the real bound is the
 * instance's memory: it refuses to grow past `memoryBytes` and a little more.
 */
export function loadQuickJS(
  options: { module: WebAssembly.Module; memoryBytes: number },
): Promise<QuickJSWASMModule> {
  const pages = Math.ceil(options.memoryBytes / PAGE_BYTES) + SPARE_PAGES;
  const maximum = Math.min(Math.max(pages, MIN_PAGES), MAX_PAGES);
  const wasmMemory = new WebAssembly.Memory({ initial: MIN_PAGES, maximum });
  // The package's types describe its CommonJS form; what is imported is the variant itself.
  const variant = imported as unknown as QuickJSSyncVariant;
  return newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmModule: options.module, wasmMemory }));
}
