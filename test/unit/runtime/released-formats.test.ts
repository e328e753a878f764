import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { version } from '../../../package.json';
import { captureFormat, carryOn, type FormatFixture, formatKinds } from './released-formats.job';

const folder = join(__dirname, '../../fixtures/formats');

/** Before a release that writes something new: BATON_CAPTURE=1 npx jest released-formats. What is there is never overwritten. */
async function capture(): Promise<void> {
  mkdirSync(join(folder, version), { recursive: true });
  for (const kind of formatKinds) {
    writeFileSync(
      join(folder, version, `${kind}.json`),
      `${JSON.stringify(await captureFormat(kind, version))}\n`,
      { flag: 'wx' },
    );
  }
}

function readFixtures(): FormatFixture[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.json'),
  );
  return files.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')));
}

if (process.env.BATON_CAPTURE) beforeAll(capture);

describe('what a released version wrote', () => {
  const fixtures = readFixtures();

  it('What a released version wrote is here for this version, in every kind', () => {
    expect(
      fixtures
        .filter((fixture) => fixture.version === version)
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual([...formatKinds].sort());
  });

  it.each(fixtures.map((fixture) => [fixture.version, fixture.kind, fixture] as const))(
    'What a released version wrote is carried on by this one: %s, %s, from its store',
    async (_version, _kind, fixture) => {
      expect(await carryOn(fixture)).toEqual(fixture.result);
    },
  );

  it.each(
    fixtures
      .filter(({ kind }) => kind !== 'large')
      .map((fixture) => [fixture.version, fixture.kind, fixture] as const),
  )(
    'What a released version wrote is carried on by this one: %s, %s, from the continuation alone',
    async (_version, _kind, fixture) => {
      expect(await carryOn(fixture, { withStore: false })).toEqual(fixture.result);
    },
  );

  it.each(fixtures.map((fixture) => [fixture.version, fixture.kind, fixture] as const))(
    'What a released version wrote is migrated by newer code, and refused by another job: %s, %s',
    async (_version, _kind, fixture) => {
      expect(await carryOn(fixture, { version: 2 })).toEqual({
        ...(fixture.result as object),
        migrated: true,
      });
      await expect(carryOn(fixture, { name: 'another' })).rejects.toMatchObject({
        code: 'INCOMPATIBLE_STATE',
      });
    },
  );
});
