import { buildDashboard, isDashboardCurrent } from "./dashboard.mjs";
import { install } from "./install.mjs";

process.exitCode = install() || (isDashboardCurrent() ? 0 : buildDashboard());
