import { usualValue } from "../seed-estate.ts";
import { seededRandom } from "../seeded-random.ts";
import { type Reply, Refused, badFields, problem, timeText } from "./reply.ts";
import { type Route, type RouteRequest, objectIn, textAt } from "./route.ts";

/** What was measured: made up anew for each question, and the same for the same one. */
export const metricRoutes: readonly Route[] = [
  { method: "POST", path: "/domain-types/metric/actions/get/invoke", run: get },
];

/** Values of one answer at the most. */
const maxValues = 400;

function get({ site, body }: RouteRequest): Reply {
  const [host, description] = [textAt(body, "host_name"), textAt(body, "service_description")];
  const service = site.estate.servicesOf(host).get(description);
  if (service === undefined)
    throw new Refused(problem(400, "Bad Request", `The service ${description} of ${host} was not found`));
  const { template } = service;
  const isGraph = body["type"] === "predefined_graph";
  const asked = textAt(body, isGraph ? "graph_id" : "metric_id");
  if (!isGraph && asked !== template.metric) {
    throw new Refused(problem(400, "Bad Request", `Cannot calculate graph with id: METRIC_${asked}`));
  }
  const range = objectIn(body, "time_range");
  const [start, end] = [secondsAt(range, "start"), secondsAt(range, "end")];
  if (end <= start) throw badFields({ time_range: ["The end must be after the start."] });
  const step = Math.max(60, Math.ceil((end - start) / maxValues / 60) * 60);
  const count = Math.floor((end - start) / step);
  const random = seededRandom(start % 2 ** 31);
  const values = Array.from({ length: count }, (_, at) => valueAt(start + at * step));
  const metric = { color: "#28a2f3", line_type: "area", title: template.metric, data_points: values };
  return { status: 200, body: { time_range: { start: timeText(start), end: timeText(end) }, step, metrics: [metric] } };

  /** Like the state: what is a problem now has been one since it began. */
  function valueAt(time: number): number {
    if (service !== undefined && service.state > 0 && service.state < 3 && time >= service.lastStateChange) {
      return service.state === 1 ? template.warn * 1.02 : template.crit * 1.02;
    }
    return usualValue(template, random);
  }
}

function secondsAt(range: Readonly<Record<string, unknown>>, name: string): number {
  const value = range[name];
  const moment = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(moment)) throw badFields({ time_range: { [name]: ["Not a valid datetime."] } });
  return Math.floor(moment / 1000);
}
