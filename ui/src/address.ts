import { useNavigate, useSearch } from "@tanstack/react-router";

/** What an address says besides the page, by name. */
export type Address = Readonly<Record<string, string | undefined>>;

/** Sets what the address says; undefined takes it out. Where one came from stays where `back` leads. */
export type SetAddress = (search: Address) => void;

/** What the address of a page says, and what changes it: so that a link leads to just what is shown. */
export function useAddress(page: "/cashflow" | "/monitoring" | "/documents"): readonly [Address, SetAddress] {
  const search: Address = useSearch({ from: page });
  const navigate = useNavigate();
  const set: SetAddress = (next) => {
    const stays = Object.entries({ ...search, ...next }).filter(([, value]) => value !== undefined);
    void navigate({ to: page, search: Object.fromEntries(stays), replace: true });
  };
  return [search, set];
}
