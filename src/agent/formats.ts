// The common string formats of JSON Schema, loosely: what is no date or address at all is caught, unknown formats are ignored.

const DATE = /^\d{4}-\d\d-\d\d$/;
const TIME = /^\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?$/i;
const DATE_TIME = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/i;

/** By name; each tells whether a text is of that format. */
export const FORMATS: Record<string, RegExp | ((text: string) => boolean)> = {
  "date": (text) => DATE.test(text) && !Number.isNaN(Date.parse(text)),
  "time": TIME,
  "date-time": (text) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text)),
  "email": /^[^\s@]+@[^\s@]+$/,
  "uri": (text) => URL.canParse(text),
  "url": (text) => URL.canParse(text),
  "uuid": /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i,
  "ipv4": /^(\d{1,3})(\.\d{1,3}){3}$/,
};
