import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TerminalError } from '../../../src';
import { JobTestEnvironment } from '../../../src/testing';
import { AGENCY, type Agency, BookTrip } from './book-trip';

/** Books flights, and no hotel in Atlantis. */
function environment(to: string) {
  const booked = new Set<string>();
  const agency: Agency = {
    async book(what, place) {
      if (what === 'hotel' && place === 'Atlantis') throw new TerminalError('there is no hotel');
      booked.add(`${what} to ${place}`);
      return `${what} to ${place}`;
    },
    async cancel(booking) {
      booked.delete(booking);
    },
  };
  const env = JobTestEnvironment.create(BookTrip, {
    input: { to },
    providers: [{ token: AGENCY, useValue: agency }],
  });
  return { env, booked };
}

describe('docs/compensation.md', () => {
  it('docs/compensation.md shows the job that these tests run', () => {
    const page = readFileSync(join(__dirname, '../../../docs/compensation.md'), 'utf8');
    const [, shown = ''] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
    const file = readFileSync(join(__dirname, 'book-trip.ts'), 'utf8');
    expect(file.endsWith(shown)).toBe(true);
    expect(shown).toContain('class BookTrip');
  });

  it('docs/compensation.md books a whole trip, or gives back what was booked of it', async () => {
    const rome = environment('Rome');
    expect((await rome.env.run()).outcome).toBe('completed');
    expect([...rome.booked]).toEqual(['flight to Rome', 'hotel to Rome']);

    const atlantis = environment('Atlantis');
    const run = await atlantis.env.run();
    expect(run.outcome).toBe('failed');
    expect(run.steps.map(({ name }) => name)).toEqual([
      'bookFlight',
      'bookHotel',
      'cancelHotel',
      'cancelFlight',
    ]);
    expect([...atlantis.booked]).toEqual([]);
  });
});
