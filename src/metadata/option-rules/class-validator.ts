/**
 * The door to class-validator for lambda-baton's own options.
 *
 * File by file, because its index loads validator.js and all phone numbers of the world; see docs/adr/0002-validating-options.md.
 */
export { ValidateBy } from 'class-validator/cjs/decorator/common/ValidateBy.js';
export { getMetadataStorage } from 'class-validator/cjs/metadata/MetadataStorage.js';
export { Validator } from 'class-validator/cjs/validation/Validator.js';
