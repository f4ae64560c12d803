/** Input of a kind that raises or clears an alert over the channel of the tests. */
export const alertInput = (more: object = {}) => ({
  incident: 'health-contract',
  state: 'state/alerts.json',
  send: { kind: 'slack', url: { env: 'TEST_HOOK' } },
  text: 'The agent is silent.',
  ...more,
});
