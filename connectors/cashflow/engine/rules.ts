import type { Entity } from "../entities.ts";
import { facilities } from "./facilities.ts";
import { grants } from "./grants.ts";
import { investments } from "./investments.ts";
import type { EngineContext, Line } from "./line.ts";
import { payroll } from "./payroll.ts";
import { projects } from "./projects.ts";
import { equipment, software } from "./purchases.ts";
import { sales } from "./sales.ts";
import { services } from "./services.ts";

/** Everything that the model says of one entity's money. Cap table entities move none: the money of a round is its investments'. */
export function linesOf(entity: Entity, context: EngineContext): readonly Line[] {
  switch (entity.type) {
    case "employee":
      return payroll(entity, context);
    case "grant":
      return grants(entity, context);
    case "investment":
      return investments(entity, context);
    case "sale":
      return sales(entity, context);
    case "service":
      return services(entity, context);
    case "facility":
      return facilities(entity, context);
    case "software":
      return software(entity, context);
    case "equipment":
      return equipment(entity, context);
    case "project":
      return projects(entity, context);
    case "shareholder":
    case "share_class":
    case "funding_round":
      return [];
  }
}
