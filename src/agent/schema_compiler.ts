// The one ajv of a process, loaded with the first schema: a run of text agents never pays for it.
import { Ajv2020 } from "ajv/dist/2020.js";
import { FORMATS } from "./formats.ts";
import { loadLinearRegExp } from "./linear_regexp.ts";

export type { Ajv2020 };

export async function createSchemaCompiler(): Promise<Ajv2020> {
  const regExp = await loadLinearRegExp();
  return new Ajv2020({ strict: false, allErrors: true, logger: false, formats: FORMATS, code: { regExp } });
}
