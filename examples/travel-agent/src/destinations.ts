import data from '../data/destinations.json' with { type: 'json' };

export type Season = 'spring' | 'summer' | 'autumn' | 'winter';

export interface Sight {
  readonly name: string;
  readonly area: string;
  /** Entrance fee in euros. */
  readonly eur: number;
}

export interface Restaurant {
  readonly name: string;
  readonly dish: string;
}

/** A place to go to for a day. */
export interface Route {
  readonly to: string;
  readonly by: string;
  /** One way. */
  readonly minutes: number;
  /** There and back, in euros. */
  readonly eur: number;
  readonly highlight: string;
}

export interface Destination {
  readonly city: string;
  readonly country: string;
  /** Which months a season has. */
  readonly hemisphere: string;
  /** What a day costs one person, in euros. */
  readonly dailyEur: {
    readonly lodging: number;
    readonly food: number;
    readonly transit: number;
  };
  readonly sights: readonly Sight[];
  readonly restaurants: readonly Restaurant[];
  readonly routes: readonly Route[];
  readonly seasons: Readonly<
    Record<Season, { readonly weather: string; readonly pack: readonly string[] }>
  >;
}

/** Every city that the agent knows; the compiler checks the data file against the types above. */
export const DESTINATIONS: readonly Destination[] = data;
