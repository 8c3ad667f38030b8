// Coding agents as hosts of odw: what the command line asks for.
import type { Hosts } from "../hosts.ts";
import { configText } from "./config_file.ts";
import { examineHosts } from "./examine_hosts.ts";
import { examineMachine } from "./examine_machine.ts";
import { findHosts } from "./host_signs.ts";
import { integrate } from "./integrate.ts";

export const hosts: Hosts = { integrate, examineHosts, examineMachine, findHosts, configText };
