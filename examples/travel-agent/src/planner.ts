import { DESTINATIONS, type Destination, type Season } from './destinations.ts';
import { readTripRequest } from './trip-request.ts';

/** A longer trip would run out of sights. */
export const MAX_DAYS = 10;

/** What is planned for someone who does not say how long, even when asked. */
const DEFAULT_DAYS = 3;

/** Every n-th day leads out of the city. */
const EXCURSION_EVERY = 3;

const MOST_SIGHTS_A_DAY = 3;

/** One line of the budget. */
export interface BudgetRow {
  readonly item: string;
  readonly totalEur: number;
}

/** The budget, as it is sent in a `data` part. */
export interface BudgetTable {
  readonly rows: readonly BudgetRow[];
  readonly totalEur: number;
  /** What the user wants to spend, and what is left of it; absent when nothing was said. */
  readonly limitEur?: number;
  readonly leftEur?: number;
}

/** Everything that is sent for one trip. */
export interface TripPlan {
  readonly title: string;
  /** A text for each day; together they are the itinerary. */
  readonly days: readonly string[];
  readonly budget: BudgetTable;
  readonly packing: readonly string[];
  readonly summary: string;
}

/** What the agent does next in a conversation. */
export type NextMove =
  | { readonly kind: 'ask'; readonly question: string }
  | { readonly kind: 'refuse'; readonly reason: string }
  | { readonly kind: 'plan'; readonly plan: TripPlan };

/**
 * Decides on the user's messages, oldest first.
 *
 * @param mayAsk Whether the agent has not asked yet. It asks once; then it assumes what it can.
 */
export function nextMove(messages: readonly string[], mayAsk: boolean): NextMove {
  const { destination, days, budgetEur, season } = readTripRequest(messages);
  if (mayAsk && (destination === undefined || days === undefined)) {
    return { kind: 'ask', question: questionFor(destination, days) };
  }
  if (destination === undefined) {
    return { kind: 'refuse', reason: `I only know ${cityNames()}.` };
  }
  return { kind: 'plan', plan: planTrip(destination, days, budgetEur, season) };
}

/** The plan for a conversation that names all that is needed. @throws When it does not. */
export function planFor(...messages: readonly string[]): TripPlan {
  const move = nextMove(messages, true);
  if (move.kind !== 'plan') throw new Error(`There is no plan for ${JSON.stringify(messages)}.`);
  return move.plan;
}

/** @param days Left out, the plan is for three days and says so. */
export function planTrip(
  destination: Destination,
  days?: number,
  budgetEur?: number,
  season?: Season,
): TripPlan {
  const dayCount = Math.min(days ?? DEFAULT_DAYS, MAX_DAYS);
  const schedule = scheduleDays(destination, dayCount);
  const budget = budgetOf(destination, schedule, budgetEur);
  const title = `${count(dayCount, 'day')} in ${destination.city}${season ? `, ${season}` : ''}`;
  const notes = [`${title}: about ${budget.totalEur} EUR.`];
  if (days === undefined)
    notes.push(`You did not say how long, so I planned ${DEFAULT_DAYS} days.`);
  if (days !== undefined && days > MAX_DAYS) notes.push(`I plan ${MAX_DAYS} days at most.`);
  if (budget.leftEur !== undefined) {
    const { leftEur } = budget;
    notes.push(leftEur < 0 ? `${-leftEur} EUR over your budget.` : `${leftEur} EUR left.`);
  }
  if (season !== undefined) notes.push(`Weather: ${destination.seasons[season].weather}.`);
  return {
    title,
    days: schedule.map((day) => day.text),
    budget,
    packing: packingFor(destination, season),
    summary: notes.join(' '),
  };
}

interface Day {
  readonly text: string;
  readonly entranceEur: number;
  readonly excursionEur: number;
}

function scheduleDays(destination: Destination, dayCount: number): readonly Day[] {
  const excursions = Math.floor(dayCount / EXCURSION_EVERY);
  const cityDays = dayCount - excursions;
  return Array.from({ length: dayCount }, (_, index) => {
    const number = index + 1;
    const excursionsBefore = Math.floor(index / EXCURSION_EVERY);
    return number % EXCURSION_EVERY === 0
      ? excursionDay(destination, number, excursionsBefore)
      : cityDay(destination, number, index - excursionsBefore, cityDays);
  });
}

function cityDay(
  { sights, restaurants }: Destination,
  number: number,
  cityDayIndex: number,
  cityDays: number,
): Day {
  // Dealt like cards, so that a short trip has the first sights and no day is empty.
  const seen = sights
    .filter((_, index) => index % cityDays === cityDayIndex)
    .slice(0, MOST_SIGHTS_A_DAY);
  const areas = [...new Set(seen.map((sight) => sight.area))];
  return {
    text: lines(`Day ${number}: ${areas.join(', ')}`, [
      ...seen.map(({ name, eur }) => `see ${name} (${price(eur)})`),
      dinner(restaurants, number),
    ]),
    entranceEur: sum(seen.map((sight) => sight.eur)),
    excursionEur: 0,
  };
}

function excursionDay({ routes, restaurants }: Destination, number: number, index: number): Day {
  const route = cycle(routes, index);
  return {
    text: lines(`Day ${number}: a day in ${route.to}`, [
      `go by ${route.by}, ${route.minutes} min (${price(route.eur)})`,
      `see ${route.highlight}`,
      dinner(restaurants, number),
    ]),
    entranceEur: 0,
    excursionEur: route.eur,
  };
}

function dinner(restaurants: Destination['restaurants'], number: number): string {
  const { name, dish } = cycle(restaurants, number - 1);
  return `eat at ${name}: ${dish}`;
}

function budgetOf(
  { dailyEur }: Destination,
  schedule: readonly Day[],
  limitEur: number | undefined,
): BudgetTable {
  const dayCount = schedule.length;
  const rows: readonly BudgetRow[] = [
    { item: 'lodging', totalEur: dailyEur.lodging * dayCount },
    { item: 'food', totalEur: dailyEur.food * dayCount },
    { item: 'transit', totalEur: dailyEur.transit * dayCount },
    { item: 'entrance fees', totalEur: sum(schedule.map((day) => day.entranceEur)) },
    { item: 'day trips', totalEur: sum(schedule.map((day) => day.excursionEur)) },
  ];
  const totalEur = sum(rows.map((row) => row.totalEur));
  if (limitEur === undefined) return { rows, totalEur };
  return { rows, totalEur, limitEur, leftEur: limitEur - totalEur };
}

function packingFor({ seasons }: Destination, season: Season | undefined): readonly string[] {
  const always = ['passport', 'comfortable shoes', 'power adapter'];
  return [...always, ...(season === undefined ? ['clothes in layers'] : seasons[season].pack)];
}

function questionFor(destination: Destination | undefined, days: number | undefined): string {
  if (destination !== undefined) return `How many days do you want to stay in ${destination.city}?`;
  const where = `Where do you want to go? I know ${cityNames()}.`;
  return days === undefined ? `${where} And for how many days?` : where;
}

function cityNames(): string {
  const names = DESTINATIONS.map((destination) => destination.city);
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

function cycle<T>(list: readonly T[], index: number): T {
  const item = list[index % list.length];
  if (item === undefined) throw new RangeError('A destination lacks restaurants or routes.');
  return item;
}

function lines(heading: string, entries: readonly string[]): string {
  return [heading, ...entries.map((entry) => `  ${entry}`), ''].join('\n');
}

function price(eur: number): string {
  return eur === 0 ? 'free' : `${eur} EUR`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
