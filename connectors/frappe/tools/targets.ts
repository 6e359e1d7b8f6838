/** How long calls should take at the most, in ms, by what they do: what people who work in an ERP wait for without noticing. */
export const targets = {
  readMs: 100,
  createMs: 200,
  searchMs: 200,
  reportMs: 1000,
  codeMs: 2000,
  chartMs: 500,
} as const;
