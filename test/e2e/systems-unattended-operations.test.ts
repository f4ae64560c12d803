import { testSystem } from '../kits/system.js';

await testSystem({
  name: 'unattended-operations',
  faults: ['alert-endpoint-down', 'drill-without-ack', 'respawn-too-slow', 'rotation-loses-a-line', 'stale-health'],
  sample: ['rotation-loses-a-line'],
  files: [
    'health_window.jsonl',
    'rotation.json',
    'chaos_REPORT.md',
    'drill_RESULT.json',
    'pull-request.json',
    'UNATTENDED_SIGNOFF.md',
  ],
});
