import { FaultWorld } from './fault-world';
import { type Fault, type FaultCase, listFaults } from './faults';

/** One call of each kind. `npm run faults` strikes them all. */
const calls = [
  'load 2',
  'claim 1',
  'in two',
  'dry run',
  'checkpoint 3',
  'hand-off to 2',
  'Invoke',
  'SendMessage',
  'in end',
  'outcome',
];
const cases: readonly FaultCase[] = FaultWorld.listCases(calls);

describe('an execution', () => {
  let world: FaultWorld;
  let called: readonly string[];
  let results: Awaited<ReturnType<FaultWorld['run']>>;

  beforeAll(async () => {
    world = await FaultWorld.open();
    called = await world.listCalls();
    results = await world.run(cases);
  });
  afterAll(() => world.close());

  it('An execution makes these outbound calls when nothing goes wrong: a resume is one load and one claim, a step one checkpoint', () => {
    expect(called.filter((call) => !call.startsWith('in ') && call !== 'dry run')).toEqual([
      'load 1',
      'claim 1',
      'checkpoint 1',
      'checkpoint 2',
      'hand-off to 2',
      'Invoke',
      'load 2',
      'claim 2',
      'checkpoint 3',
      'checkpoint 4',
      'hand-off to 3',
      'SendMessage',
      'load 3',
      'claim 3',
      'checkpoint 5',
      'checkpoint 6',
      'outcome',
    ]);
  });

  it.each(calls.flatMap((call) => listFaults(call).map((fault): [string, Fault] => [call, fault])))(
    'An execution ends as if nothing had happened when this goes wrong: %s, %s',
    (call, fault) => {
      const result = results.find((one) => one.call === call && one.fault === fault);
      expect(result?.faults).toEqual([]);
    },
  );
});
