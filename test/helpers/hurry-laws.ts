import fc from 'fast-check';

/** For mutation testing: a law that breaks says so at once, one that holds is not looked at for longer than this. In milliseconds. */
fc.configureGlobal({ seed: 1, endOnFailure: true, interruptAfterTimeLimit: 20 });
