import { install } from "./install.mjs";

process.exitCode = install();
