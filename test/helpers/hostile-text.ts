import fc from 'fast-check';

/** Keys and strings that a careless copier or codec takes for something of its own. */
export const hostileStrings = [
  '__proto__',
  '__proto__~',
  '__proto__~~',
  'constructor',
  'prototype',
  'toJSON',
  'then',
  'hasOwnProperty',
  'valueOf',
  'length',
  'json',
  'devalue',
  '{"json":{}}',
  '["Date","2020-01-01T00:00:00.000Z"]',
  '["Map",1,2]',
  'Date',
  'Map',
  'null',
  '-1',
  '-0',
  '0',
  '01',
  '4294967295',
  '\ud800',
  'a\udc00b',
  '\ufffe',
  '\uffff',
  '\u2028\u2029',
  '\0',
  '</script>',
  '',
];

const surrogates = { first: 0xd800, count: 0x800 };

/** Any code point but half a character. fast-check's own `unit: 'binary'` builds a table of all of them first, which takes a second. */
export const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff - surrogates.count })
  .map((ordinal) => String.fromCodePoint(ordinal < surrogates.first ? ordinal : ordinal + surrogates.count));

/** Texts of any characters. */
export function anyText(constraints: { readonly maxLength?: number } = {}): fc.Arbitrary<string> {
  return fc.string({ unit: anyCharacter, ...constraints });
}
