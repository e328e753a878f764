/** A Jest reporter that says of each hostile configuration how many tests it ran, and how many of these are in the register. */
export default class HostileReporter {
  onRunComplete(_contexts, { testResults }) {
    const configurations = new Map();
    for (const { displayName, testResults: tests } of testResults) {
      if (!displayName?.name.startsWith('hostile-')) continue;
      const counts = configurations.get(displayName.name) ?? { ran: 0, registered: 0 };
      configurations.set(displayName.name, counts);
      counts.ran += tests.filter(({ status }) => status === 'passed' || status === 'failed').length;
      counts.registered += tests.filter(({ failing }) => failing).length;
    }
    for (const [name, { ran, registered }] of configurations)
      console.log(
        `${name}: ${ran} tests, ${registered} of which cannot hold there (test/hostile/register.json)`,
      );
  }
}
