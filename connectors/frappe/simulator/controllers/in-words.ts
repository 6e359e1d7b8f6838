const small =
  "Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen Seventeen Eighteen Nineteen".split(
    " ",
  );
const tens = "- - Twenty Thirty Forty Fifty Sixty Seventy Eighty Ninety".split(" ");
const groups = ["", " Thousand", " Million", " Billion", " Trillion"];

/** An amount of money as it is written out on an invoice: `EUR Three Hundred And One and Fifty Cent only.` */
export function moneyInWords(amount: number, currency: string): string {
  const all = Math.round(Math.abs(amount) * 100);
  const [main, cent] = [Math.floor(all / 100), all % 100];
  if (main === 0 && cent > 0) return `${numberInWords(cent)} Cent only.`;
  return `${currency} ${numberInWords(main)}${cent === 0 ? "" : ` and ${numberInWords(cent)} Cent`} only.`;
}

/** A whole number from 0 in English words, as Python's `num2words` writes it in capitals. */
export function numberInWords(number: number): string {
  if (number < 1000) return belowThousand(number);
  const parts: string[] = [];
  for (let [rest, at] = [number, 0]; rest > 0; rest = Math.floor(rest / 1000), at += 1) {
    const group = rest % 1000;
    if (group > 0) parts.unshift(`${belowThousand(group)}${groups[at] ?? ""}`);
  }
  const last = number % 1000;
  if (last === 0 || last >= 100) return parts.join(", ");
  return `${parts.slice(0, -1).join(", ")} And ${belowThousand(last)}`;
}

function belowThousand(number: number): string {
  if (number < 20) return small[number] ?? "";
  if (number < 100)
    return `${tens[Math.floor(number / 10)] ?? ""}${number % 10 === 0 ? "" : `-${small[number % 10] ?? ""}`}`;
  const hundreds = `${small[Math.floor(number / 100)] ?? ""} Hundred`;
  return number % 100 === 0 ? hundreds : `${hundreds} And ${belowThousand(number % 100)}`;
}
