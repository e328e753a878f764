import fc from 'fast-check';

/** How often a law that holds is looked at in mutation testing: by count and not by time, or a busy machine would change the score. */
const runs = 20;

fc.configureGlobal({ seed: 1, endOnFailure: true });
fc.installGlobalPlugin(() => {
  let count = 0;
  return {
    decorateRun: (run) => (value) => {
      count += 1;
      return count > runs ? new fc.PreconditionFailure(true) : run(value);
    },
  };
});
