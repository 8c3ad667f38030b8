// Coding agents as hosts of odw: what the command line asks for.
import type { Hosts } from "../hosts.ts";
import { writeConfig } from "./config_file.ts";
import { examineHosts } from "./examine_hosts.ts";
import { examineMachine } from "./examine_machine.ts";
import { findProviders } from "./find_providers.ts";
import { findHosts } from "./host_signs.ts";
import { integrate } from "./integrate.ts";

export const hosts: Hosts = { integrate, examineHosts, examineMachine, findHosts, findProviders, writeConfig };
