import { FaultWorld } from './fault-world';
import { type Fault, faults } from './faults';

/** Strikes every outbound call of an execution with every fault, and prints how each went. */
async function printFaults(): Promise<void> {
  const startMs = Date.now();
  const world = await FaultWorld.open();
  try {
    const calls = await world.listCalls();
    const results = await world.run(FaultWorld.listCases(calls));
    const cell = (call: string, fault: Fault) => {
      const result = results.find((one) => one.call === call && one.fault === fault);
      if (result === undefined) return '';
      return `${result.faults.length === 0 ? '✔' : '✖'} ${result.invocationCount}${result.repeated.length > 0 ? ' r' : ''}`;
    };
    const rows = [
      ['', ...faults],
      ...calls.map((call) => [call, ...faults.map((fault) => cell(call, fault))]),
    ];
    const widths = (rows[0] ?? []).map((_text, column) =>
      Math.max(...rows.map((row) => row[column]?.length ?? 0)),
    );
    for (const row of rows)
      console.log(row.map((text, column) => text.padEnd(widths[column] ?? 0)).join('  '));
    const failed = results.filter((result) => result.faults.length > 0);
    for (const { call, fault, faults: broken } of failed)
      console.log(`✖ ${call}, ${fault}: ${broken.join('; ')}`);
    console.log(
      `\n✔ the same result, one outcome, checkpoint before continuation; the number of invocations; r: one step ran twice`,
    );
    console.log(
      `${results.length} executions, ${failed.length} not as promised, ${Math.round((Date.now() - startMs) / 1_000)} s`,
    );
    process.exitCode = failed.length === 0 ? 0 : 1;
  } finally {
    await world.close();
  }
}

void printFaults();
