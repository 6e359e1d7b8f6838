import { authorization } from "./authorization.ts";
import { base } from "./base.ts";
import { clientFeatures } from "./client-features.ts";
import { features } from "./features.ts";
import { http } from "./http.ts";
import { mrtr } from "./mrtr.ts";
import { patterns } from "./patterns.ts";
import { repeatedArguments } from "./repeated-arguments.ts";
import { sessions } from "./sessions.ts";
import { stdio } from "./stdio.ts";
import { utilities } from "./utilities.ts";
import { versioning } from "./versioning.ts";
import type { Requirement } from "./requirement.ts";

/** The requirements by subject, in the order of the page that is made of them. */
export const subjects = [
  { title: "Messages and metadata", requirements: base },
  { title: "Revisions and lifecycle", requirements: versioning },
  { title: "Streamable HTTP of 2026-07-28", requirements: http },
  { title: "Arguments repeated in headers", requirements: repeatedArguments },
  { title: "Streamable HTTP with sessions, and HTTP+SSE", requirements: sessions },
  { title: "stdio", requirements: stdio },
  { title: "Cancellation, progress, ping, subscriptions", requirements: patterns },
  { title: "Requests of several rounds", requirements: mrtr },
  { title: "Tools, resources, prompts", requirements: features },
  { title: "Caching, pagination, logging, completion", requirements: utilities },
  { title: "Elicitation, sampling, roots", requirements: clientFeatures },
  { title: "Authorization", requirements: authorization },
] as const satisfies readonly { readonly title: string; readonly requirements: readonly Requirement[] }[];

/** What tests may cite. */
export type RequirementId = (typeof subjects)[number]["requirements"][number]["id"];
