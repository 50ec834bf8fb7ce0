import { DESTINATIONS, type Destination, type Season } from './destinations.ts';

/** What was understood of a conversation; what is missing was not said. */
export interface TripRequest {
  readonly destination: Destination | undefined;
  readonly days: number | undefined;
  readonly budgetEur: number | undefined;
  readonly season: Season | undefined;
}

const NUMBER_WORDS: readonly string[] =
  'zero one two three four five six seven eight nine ten'.split(' ');

/** The months of a year from December on, so that three of them make a season. */
const MONTHS: readonly string[] =
  'december january february march april may june july august september october november'.split(
    ' ',
  );

const SEASONS: Readonly<Record<string, readonly Season[]>> = {
  north: ['winter', 'spring', 'summer', 'autumn'],
  south: ['summer', 'autumn', 'winter', 'spring'],
};

/** Euros with thousands separators; cents are dropped. */
const AMOUNT = String.raw`(\d+(?:[.,]\d{3})*)(?:[.,]\d{1,2})?`;

const BUDGET_PATTERNS: readonly RegExp[] = [
  new RegExp(String.raw`(?:€|\beur(?:os?)?)\s*${AMOUNT}`),
  new RegExp(String.raw`${AMOUNT}\s*(?:€|eur(?:os?)?\b)`),
  new RegExp(String.raw`\bbudget\s*(?:of|is|:)?\s*${AMOUNT}`),
];

/**
 * Reads the user's messages, oldest first. What is said later wins, so that an answer completes or
 * corrects the first message.
 */
export function readTripRequest(messages: readonly string[]): TripRequest {
  const texts = messages.map(plain).toReversed();
  const destination = first(texts, readDestination);
  return {
    destination,
    days: first(texts, readDays),
    budgetEur: first(texts, readBudget),
    season: first(texts, (text) => readSeason(text, destination?.hemisphere ?? 'north')),
  };
}

function first<T>(texts: readonly string[], read: (text: string) => T | undefined): T | undefined {
  for (const text of texts) {
    const value = read(text);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** Lower case, without accents: people type "reykjavik". */
function plain(text: string): string {
  return text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

/** Of several cities in one message the last, which is where "from Prague to Lisbon" leads. */
function readDestination(text: string): Destination | undefined {
  let found: Destination | undefined;
  let foundAt = -1;
  for (const destination of DESTINATIONS) {
    const at = text.lastIndexOf(plain(destination.city));
    if (at > foundAt) [found, foundAt] = [destination, at];
  }
  return found;
}

function readDays(text: string): number | undefined {
  const counted = /\b(\d+|[a-z]+)[\s-]+(day|night|week)s?\b/g;
  for (const [, amount = '', unit = ''] of text.matchAll(counted)) {
    const count = readCount(amount);
    if (count !== undefined) return unit === 'week' ? count * 7 : count;
  }
  if (/\bweekend\b/.test(text)) return 2;
  // The bare answer to "How many days?".
  const bare = /^\s*(\d+|[a-z]+)\s*[.!]?\s*$/.exec(text);
  return bare === null ? undefined : readCount(bare[1] ?? '');
}

function readCount(word: string): number | undefined {
  const count = /^\d+$/.test(word)
    ? Number(word)
    : /^an?$/.test(word)
      ? 1
      : NUMBER_WORDS.indexOf(word);
  return count > 0 ? count : undefined;
}

function readBudget(text: string): number | undefined {
  for (const pattern of BUDGET_PATTERNS) {
    const amount = pattern.exec(text)?.[1];
    if (amount !== undefined) return Number(amount.replaceAll(/[.,]/g, ''));
  }
  return undefined;
}

function readSeason(text: string, hemisphere: string): Season | undefined {
  const seasons = SEASONS[hemisphere] ?? [];
  const named = /\b(spring|summer|autumn|fall|winter)\b/.exec(text)?.[1];
  if (named !== undefined) {
    return named === 'fall' ? 'autumn' : seasons.find((season) => season === named);
  }
  // With its preposition, because "may" and "march" are verbs too.
  const month = /\b(?:in|during|next|this|early|late|of)\s+([a-z]+)/g;
  for (const [, word = ''] of text.matchAll(month)) {
    const index = MONTHS.indexOf(word);
    if (index !== -1) return seasons[Math.floor(index / 3)];
  }
  return undefined;
}
