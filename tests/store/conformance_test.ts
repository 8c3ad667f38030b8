// The SQLite store keeps every promise of the contract.
import { testStoreConformance } from "./conformance.ts";
import { sqliteHarness } from "./sqlite_harness.ts";

testStoreConformance("sqlite store", sqliteHarness);
