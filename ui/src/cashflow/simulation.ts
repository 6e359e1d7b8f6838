import { type UseQueryResult, keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { JsonObject } from "../answers.ts";
import type { Progress } from "../tool-call.ts";
import type { MonteCarloAnswer } from "./answers.ts";
import { answerKey, answerOf } from "./ask.ts";

/** A simulation that is made, or was. */
export interface Simulation {
  readonly query: UseQueryResult<MonteCarloAnswer>;
  /** How far it is; undefined before it has said so. */
  readonly progress: Progress | undefined;
  /** Ends it, in the connector too. */
  readonly cancel: () => void;
}

/** Makes a simulation, at once and whenever a file of the model changes. Another question ends the one under way. */
export function useSimulation(model: string, args: JsonObject): Simulation {
  const [progress, setProgress] = useState<Progress>();
  const client = useQueryClient();
  const queryKey = answerKey(model, "monte_carlo", args);
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      setProgress(undefined);
      return answerOf<MonteCarloAnswer>(model, "monte_carlo", args, signal, setProgress);
    },
    staleTime: Infinity,
    placeholderData: keepPreviousData,
    retry: false,
  });
  return { query, progress, cancel: () => void client.cancelQueries({ queryKey }) };
}
