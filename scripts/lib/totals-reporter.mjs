import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A Jest reporter that leaves the totals of its run in a folder, as a file of their own. */
export default class TotalsReporter {
  constructor(_config, { folder }) {
    this.folder = folder;
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numRuntimeErrorTestSuites }) {
    mkdirSync(this.folder, { recursive: true });
    const totals = { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
    writeFileSync(join(this.folder, `${process.pid}-${Date.now()}.json`), JSON.stringify(totals));
  }
}
