import assert from "node:assert/strict";
import { test } from "node:test";
import { docTypeIn } from "./doctype.ts";
import { Masks } from "./masks.ts";
import { sayable } from "./sayable.ts";

const fields = [
  { fieldname: "employee_name", label: "Name", fieldtype: "Data" },
  { fieldname: "ctc", label: "Cost to Company", fieldtype: "Currency" },
  { fieldname: "bank_ac_no", label: "Bank A/C No.", fieldtype: "Data" },
  { fieldname: "steps", label: "Steps", fieldtype: "Table", options: "Step" },
];
const docs = [
  { name: "Employee", fields },
  { name: "Step", istable: 1, fields: [{ fieldname: "pay", label: "Paid", fieldtype: "Currency" }] },
];
const docType = docTypeIn({ docs }) ?? assert.fail("there is a DocType");
const masks = new Masks({ Employee: ["ctc", "bank_ac_no"], Step: ["pay"] });
const before = { ctc: 51_500, bank_ac_no: "DE02 1203", steps: [{ pay: 712.5 }] };

test("what a site says with a good answer is told, unless it names what is masked or holds its value", () => {
  const harmless = ["Leave was allocated from 2026-01-01", "Mail sent to 3 people"];
  assert.deepEqual(sayable(masks, docType, harmless, before), harmless);
  for (const message of [
    "CTC was raised",
    "Cost to Company is above the band",
    "Raised from € 51,500.00 to more",
    "Raised from 51.500,00 to more",
    "It was 51500.",
    "Paid from de02 1203",
    "Last step: 712.50",
  ]) {
    const told = sayable(masks, docType, [...harmless, message], before);
    assert.deepEqual(told, [...harmless, "A message of the site may hold what is masked, and is not told"], message);
  }
});

test("where nothing of a DocType is masked, everything is told", () => {
  const messages = ["CTC was raised from 51500"];
  assert.deepEqual(sayable(new Masks({ Customer: ["ctc"] }), docType, messages, before), messages);
});
