import common = require('@temporalio/common');

const usual = common.defaultPayloadConverter;

/**
 * Temporal's own converter, but a payload that cannot be read becomes an object that says so. The default throws,
 * and one malformed signal, which anybody may send, would then stop the go-live that it was sent to.
 */
const payloadConverter: common.PayloadConverter = {
  toPayload: (value, context) => usual.toPayload(value, context),
  fromPayload<T>(payload: common.Payload, context?: common.SerializationContext): T {
    try {
      return usual.fromPayload<T>(payload, context);
    } catch {
      return { 'golive-unreadable': 'not a payload of Temporal' } as T;
    }
  },
};

export = { payloadConverter };
