import { alertCase } from '../../kits/alerts.js';
import { channel } from '../../kits/channel.js';
import { stepKit } from '../../kits/step-kit.js';

channel((base) => ({ TEST_HOOK: `${base}/hook` }));
stepKit('alert.raise', alertCase);
