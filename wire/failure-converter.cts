import common = require('@temporalio/common');

/** Message and stack of a failure go into its payload, where the codec encrypts them; the history says "Encoded failure". */
const failureConverter = new common.DefaultFailureConverter({ encodeCommonAttributes: true });

export = { failureConverter };
