import { describe, expect, test } from 'vitest';

import { readTripRequest } from './trip-request.ts';

function read(...messages: readonly string[]): readonly unknown[] {
  const { destination, days, budgetEur, season } = readTripRequest(messages);
  return [destination?.city, days, budgetEur, season];
}

describe('readTripRequest', () => {
  test.each<[text: string, understood: readonly unknown[]]>([
    ['Plan 4 days in Lisbon in spring, budget 900 EUR', ['Lisbon', 4, 900, 'spring']],
    ['a 3-day trip to KYOTO for €1,500', ['Kyoto', 3, 1500, undefined]],
    ['two weeks in Reykjavík in may', ['Reykjavik', 14, undefined, 'spring']],
    ['A weekend in Prague, budget: 300', ['Prague', 2, 300, undefined]],
    ['Cape Town in January, a week', ['Cape Town', 7, undefined, 'summer']],
    ['Istanbul in January', ['Istanbul', undefined, undefined, 'winter']],
    ['From Prague to Barcelona this fall', ['Barcelona', undefined, undefined, 'autumn']],
    ['mexico city, 12.50 euros', ['Mexico City', undefined, 12, undefined]],
    ['I may march', [undefined, undefined, undefined, undefined]],
    ['0 days', [undefined, undefined, undefined, undefined]],
    ['', [undefined, undefined, undefined, undefined]],
  ])('%j', (text, understood) => {
    expect(read(text)).toEqual(understood);
  });

  test.each(['4', ' four. ', '4 days please'])('takes %j for an answer', (answer) => {
    expect(read('Lisbon', answer)).toEqual(['Lisbon', 4, undefined, undefined]);
  });

  test('lets a later message correct an earlier one, field by field', () => {
    expect(read('5 days in Lisbon for 900 EUR in March', 'Cape Town instead')).toEqual([
      'Cape Town',
      5,
      900,
      'autumn',
    ]);
  });
});
