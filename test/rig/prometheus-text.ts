import assert from "node:assert/strict";

/** One line of a metric, as read. */
export interface ReadSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** One metric, as read. */
export interface ReadMetric {
  readonly type: string;
  readonly help: string;
  readonly samples: readonly ReadSample[];
}

const metricName = "[a-zA-Z_:][a-zA-Z0-9_:]*";
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,(?=.)|$)/y;
const types: ReadonlySet<string> = new Set(["counter", "gauge", "histogram", "summary", "untyped"]);

/**
 * Reads Prometheus' text format as strictly as its specification is written: HELP and TYPE once before the samples of a metric, all samples
 * of a metric together, no series twice, histograms with rising buckets that end in `+Inf` and agree with their count.
 *
 * @see Prometheus, Exposition formats, text format 0.0.4.
 */
export function readPrometheus(text: string): ReadonlyMap<string, ReadMetric> {
  assert.ok(text.endsWith("\n"), "the last line ends with a line feed");
  const metrics = new Map<string, { type: string; help: string; samples: ReadSample[] }>();
  const seen = new Set<string>();
  let current = "";
  let help: readonly [string, string] | undefined;
  for (const line of text.slice(0, -1).split("\n")) {
    const comment = new RegExp(`^# (HELP|TYPE) (${metricName}) (.*)$`).exec(line);
    if (comment !== null) {
      const [, kind, name = "", rest = ""] = comment;
      if (kind === "HELP") {
        assert.ok(!metrics.has(name), `${name} comes once`);
        assert.doesNotMatch(rest, /\\(?![\\n])/, "help is escaped");
        help = [name, rest];
        continue;
      }
      assert.equal(help?.[0], name, "TYPE follows HELP of the same metric");
      assert.ok(types.has(rest), rest);
      metrics.set(name, { type: rest, help: help[1], samples: [] });
      current = name;
      continue;
    }
    const sample = readSample(line);
    const metric = metrics.get(current) ?? assert.fail(`${line} stands before any TYPE`);
    const suffix = metric.type === "histogram" ? "(?:_bucket|_sum|_count)" : "";
    assert.match(sample.name, new RegExp(`^${current}${suffix}$`), `${line} stands under ${current}`);
    const key = `${sample.name}${orderedText(sample.labels)}`;
    assert.ok(!seen.has(key), `${line} comes twice`);
    seen.add(key);
    metric.samples.push(sample);
  }
  for (const [name, { type, samples }] of metrics) if (type === "histogram") checkHistogram(name, samples);
  return metrics;
}

/** In one order, however they were written. */
function orderedText(labels: ReadSample["labels"]): string {
  const names = Object.keys(labels).toSorted((a, b) => (a < b ? -1 : 1));
  return JSON.stringify(names.map((name) => [name, labels[name]]));
}

function readSample(line: string): ReadSample {
  const found = new RegExp(`^(${metricName})(?:\\{(.*)\\})? (\\S+)$`).exec(line);
  assert.ok(found !== null, `${JSON.stringify(line)} is a sample`);
  const [, name = "", labelText = "", valueText = ""] = found;
  const labels: Record<string, string> = {};
  labelPattern.lastIndex = 0;
  for (let at = 0; at < labelText.length; at = labelPattern.lastIndex) {
    labelPattern.lastIndex = at;
    const [whole, label = "", value = ""] = labelPattern.exec(labelText) ?? [];
    assert.ok(whole !== undefined && !(label in labels), `${line} has proper labels`);
    labels[label] = value.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
  }
  return { name, labels, value: readValue(valueText) };
}

function readValue(text: string): number {
  if (text === "+Inf") return Number.POSITIVE_INFINITY;
  if (text === "NaN") return Number.NaN;
  assert.match(text, /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/);
  return Number(text);
}

function checkHistogram(name: string, samples: readonly ReadSample[]): void {
  const groups = Map.groupBy(samples, ({ labels }) => JSON.stringify({ ...labels, le: undefined }));
  for (const [labels, group] of groups) {
    const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
    const bounds = buckets.map((sample) => readValue(sample.labels["le"] ?? ""));
    const counts = buckets.map(({ value }) => value);
    assert.deepEqual(
      bounds,
      bounds.toSorted((a, b) => a - b),
      `bounds of ${name}${labels} rise`,
    );
    assert.deepEqual(
      counts,
      counts.toSorted((a, b) => a - b),
      `buckets of ${name}${labels} rise`,
    );
    assert.equal(bounds.at(-1), Number.POSITIVE_INFINITY);
    const only = (suffix: string): number => {
      const found = group.filter((sample) => sample.name === name + suffix);
      assert.equal(found.length, 1, `${name}${suffix}${labels}`);
      return found[0]?.value ?? Number.NaN;
    };
    assert.equal(only("_count"), counts.at(-1));
    assert.ok(only("_sum") >= 0);
  }
}
