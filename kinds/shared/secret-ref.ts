export { secretRef } from '../../model/schema/format/secret-refs.js';
