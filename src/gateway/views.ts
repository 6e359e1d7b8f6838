import { type Profiles, type Rights, isUnlimited, rightsKey } from "../access/rights.ts";
import type { Upstream } from "../upstream/upstream.ts";
import type { CatalogOptions } from "./catalog-options.ts";
import { granted, profilesShowing } from "./granted.ts";
import type { NeededRoles } from "./needed-role.ts";
import type { OwnTool } from "./own-tool.ts";
import { type ListKind, type Presentation, everything, oneUpstream } from "./presentation.ts";
import { profilePresentation } from "./profile.ts";
import { type Route, routeKey } from "./route.ts";
import type { Subscriber } from "./subscriber.ts";
import { View, listKinds } from "./view.ts";

/** What views are made of, as it is now. */
export interface ViewSource {
  readonly upstreams: () => readonly Upstream[];
  readonly catalog: () => CatalogOptions;
  /** Tools of the gateway's own, at the route to everything. */
  readonly ownTools: readonly OwnTool[];
  /** From which role on what they offer may be used. */
  readonly needed: NeededRoles;
}

/** Views that are kept for those from whom something is kept: one for each route and distinct rights, shared by all whose rights are equal. */
export const maxGrantedViews = 200;

/** What each route shows to whom, made when it is first asked for. */
export class Views {
  /** What profiles show, for grants that name one. */
  readonly profiles: Profiles = profilesShowing(() => this.#profilePresentations());
  readonly #source: ViewSource;
  #views = new Map<string, View>();
  /** Those of rights that are not to everything: by their key, and then by route. */
  #granted = new Map<string, Map<string, View>>();
  #grantedCount = 0;
  #presentations: Map<string, Presentation> | undefined;

  constructor(source: ViewSource) {
    this.#source = source;
  }

  /** Whether there is such a route, with something for these rights. Everybody has the route to everything, which may be empty. */
  has(route: Route, rights: Rights): boolean {
    if (route.kind === "all") return true;
    const known = route.kind === "upstream" ? this.#source.upstreams() : this.#source.catalog().profiles;
    if (!known.some(({ name }) => name === route.name)) return false;
    // Of somebody who may use everything for their role, what may be missing is a server that is for a higher one.
    if (isUnlimited(rights) || (rights.kind === "everything" && route.kind === "profile")) return true;
    return this.of(route, rights).upstreams.length > 0;
  }

  /** What a route shows now to somebody with these rights. */
  of(route: Route, rights: Rights): View {
    const key = routeKey(route);
    if (!isUnlimited(rights)) return this.#grantedOf(route, rights);
    const view = this.#views.get(key) ?? this.#made(route, this.#presentationOf(route));
    if (this.has(route, rights)) this.#views.set(key, view);
    return view;
  }

  #grantedOf(route: Route, rights: Rights): View {
    const key = routeKey(route);
    const whose = rightsKey(rights);
    const own = this.#granted.get(whose);
    const known = own?.get(key);
    if (known !== undefined) return known;
    const profile = route.kind === "profile" ? route.name : undefined;
    const view = this.#made(route, granted(this.#presentationOf(route), rights, profile, this.#limits));
    this.#makeRoom(whose);
    const views = own ?? new Map<string, View>();
    this.#granted.set(whose, views.set(key, view));
    this.#grantedCount += 1;
    return view;
  }

  #made(route: Route, presentation: Presentation): View {
    return new View(presentation, route.kind === "all" ? this.#source.ownTools : [], this.#source.needed);
  }

  get #limits(): Parameters<typeof granted>[3] {
    return { profiles: this.profiles, needed: this.#source.needed };
  }

  /** Gives up the views of whose rights came first; they are made again when they are asked for. */
  #makeRoom(whose: string): void {
    for (const [key, views] of this.#granted) {
      if (this.#grantedCount < maxGrantedViews) return;
      if (key === whose) continue;
      this.#granted.delete(key);
      this.#grantedCount -= views.size;
      for (const view of views.values()) view.close();
    }
  }

  /**
   * Makes all views anew, as something they are made of has changed. What is returned says which lists are no longer what they were for a
   * subscriber; each view is compared once.
   */
  rebuild(): (subscriber: Subscriber) => readonly ListKind[] {
    const [views, grantedViews] = [this.#views, this.#granted];
    for (const view of this.#all()) view.close();
    this.#views = new Map();
    this.#granted = new Map();
    this.#grantedCount = 0;
    this.#presentations = undefined;
    // Compared once for each route: every list may be long, and the subscribers many.
    const changes = new Map<string, readonly ListKind[]>();
    return ({ route, principal: { rights } }) => {
      const key = keyOf(route, rights);
      const known = changes.get(key);
      if (known !== undefined) return known;
      const before = (isUnlimited(rights) ? views : grantedViews.get(rightsKey(rights)))?.get(routeKey(route));
      const kinds = before === undefined ? unknownChanges(rights) : this.of(route, rights).changesSince(before);
      changes.set(key, kinds);
      return kinds;
    };
  }

  /** Frees what the views hold outside the heap. Safe to call twice. */
  close(): void {
    for (const view of this.#all()) view.close();
  }

  #all(): View[] {
    return [this.#views, ...this.#granted.values()].flatMap((views) => Array.from(views.values()));
  }

  #presentationOf(route: Route): Presentation {
    const upstreams = this.#source.upstreams();
    const { search, profiles } = this.#source.catalog();
    if (route.kind === "all") return everything(upstreams, search);
    if (route.kind === "upstream") return oneUpstream(upstreams, route.name);
    const profile = profiles.find(({ name }) => name === route.name);
    return profile === undefined ? oneUpstream([], route.name) : profilePresentation(profile, upstreams);
  }

  #profilePresentations(): ReadonlyMap<string, Presentation> {
    const { profiles } = this.#source.catalog();
    this.#presentations ??= new Map(
      profiles.map(({ name }) => [name, this.#presentationOf({ kind: "profile", name })] as const),
    );
    return this.#presentations;
  }
}

/** Nobody has looked at a view that is not there; but one of lesser rights may have been given up, and then anything may be new. */
function unknownChanges(rights: Rights): readonly ListKind[] {
  return isUnlimited(rights) ? [] : listKinds;
}

function keyOf(route: Route, rights: Rights): string {
  return `${routeKey(route)}\n${rightsKey(rights)}`;
}
