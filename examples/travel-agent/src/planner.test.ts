import { describe, expect, test } from 'vitest';

import { DESTINATIONS } from './destinations.ts';
import { MAX_DAYS, nextMove, planTrip } from './planner.ts';

describe('nextMove', () => {
  test('asks for the days when only they are missing', () => {
    expect(nextMove(['A trip to Prague'], true)).toEqual({
      kind: 'ask',
      question: 'How many days do you want to stay in Prague?',
    });
  });

  test('asks for city and days together', () => {
    expect(nextMove(['I need a holiday'], true)).toEqual({
      kind: 'ask',
      question:
        'Where do you want to go? I know Lisbon, Kyoto, Barcelona, Prague, Reykjavik, Mexico City, Istanbul and Cape Town. And for how many days?',
    });
  });

  test('asks once: then it plans three days and says so', () => {
    expect(nextMove(['A trip to Prague', 'whatever'], false)).toMatchObject({
      kind: 'plan',
      plan: {
        title: '3 days in Prague',
        summary: '3 days in Prague: about 432 EUR. You did not say how long, so I planned 3 days.',
      },
    });
  });

  test('refuses a city that it does not know, once it has asked', () => {
    expect(nextMove(['Atlantis, 3 days', 'yes, Atlantis'], false)).toEqual({
      kind: 'refuse',
      reason:
        'I only know Lisbon, Kyoto, Barcelona, Prague, Reykjavik, Mexico City, Istanbul and Cape Town.',
    });
  });
});

describe('planTrip', () => {
  const lisbon = DESTINATIONS.find(({ city }) => city === 'Lisbon') ?? raise();

  test('deals the sights to the city days and leaves the city on every third day', () => {
    expect(planTrip(lisbon, 4).days).toEqual([
      'Day 1: Alfama, Graça, Alcântara\n' +
        '  see Castelo de São Jorge (15 EUR)\n' +
        '  see Tram 28 (3 EUR)\n' +
        '  see LX Factory (free)\n' +
        '  eat at Cervejaria Ramiro: clams and tiger prawns\n',
      'Day 2: Belém, Avenidas Novas\n' +
        '  see Jerónimos Monastery (12 EUR)\n' +
        '  see Gulbenkian Museum (10 EUR)\n' +
        '  eat at Time Out Market: a bit of everything\n',
      'Day 3: a day in Sintra\n' +
        '  go by train, 40 min (5 EUR)\n' +
        '  see Pena Palace and the Moorish castle\n' +
        '  eat at Pastéis de Belém: custard tarts\n',
      'Day 4: Xabregas, Parque das Nações\n' +
        '  see National Tile Museum (8 EUR)\n' +
        '  see Oceanarium (25 EUR)\n' +
        '  eat at Taberna da Rua das Flores: petiscos\n',
    ]);
  });

  test('adds up what the days cost', () => {
    expect(planTrip(lisbon, 4, 900).budget).toEqual({
      rows: [
        { item: 'lodging', totalEur: 340 },
        { item: 'food', totalEur: 160 },
        { item: 'transit', totalEur: 28 },
        { item: 'entrance fees', totalEur: 73 },
        { item: 'day trips', totalEur: 5 },
      ],
      totalEur: 606,
      limitEur: 900,
      leftEur: 294,
    });
  });

  test('says when the budget is too small, and what the weather is like', () => {
    const { summary, packing } = planTrip(lisbon, 4, 600, 'spring');
    expect(summary).toBe(
      '4 days in Lisbon, spring: about 606 EUR. 6 EUR over your budget. Weather: mild, some showers.',
    );
    expect(packing).toEqual([
      'passport',
      'comfortable shoes',
      'power adapter',
      'light rain jacket',
    ]);
  });

  test('plans ten days at most, and says so', () => {
    const { days, summary } = planTrip(lisbon, 30);
    expect(days).toHaveLength(MAX_DAYS);
    expect(summary).toContain('I plan 10 days at most.');
  });

  test.each(DESTINATIONS)('has something new for each day in $city', (destination) => {
    for (let days = 1; days <= MAX_DAYS; days += 1) {
      const plan = planTrip(destination, days);
      const seen = plan.days.flatMap((day) => day.match(/^ {2}see .+$/gm) ?? []);
      expect(new Set(seen).size).toBe(seen.length);
      expect(plan.days.filter((day) => !day.includes('\n  see '))).toEqual([]);
    }
  });
});

function raise(): never {
  throw new Error('the data file has no Lisbon');
}
