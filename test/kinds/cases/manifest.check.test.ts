import { caseManifest } from '../../kits/case-manifest.js';
import { stepKit } from '../../kits/step-kit.js';

stepKit('manifest.check', {
  good: (folder) => ({ manifest: caseManifest(folder, { pass: 3, reject: 2 }), expectCount: 5 }),
  bad: (folder) => ({ manifest: caseManifest(folder, { pass: 3 }), expectCount: 4 }),
  badCode: 'EXPECTATION_FAILED',
});
