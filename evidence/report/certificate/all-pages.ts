import { RELEASE_PAGES } from '../../../model/evidence/own-files.js';
import { certificateHtml, certificateJson, certificateMd, type Certified } from './certificate.js';
import { handOverMd, statusMd, summaryMd } from './pages.js';

/** Every page of a certificate, below `data/`. They depend on their argument alone, so that they can be compared later. */
export async function certificatePages(one: Certified): Promise<[file: string, content: string][]> {
  return [
    [RELEASE_PAGES.status, statusMd(one)],
    [RELEASE_PAGES.summary, summaryMd(one)],
    [RELEASE_PAGES.handOver, handOverMd(one)],
    [RELEASE_PAGES.certificate, certificateMd(one)],
    [RELEASE_PAGES.certificateHtml, await certificateHtml(one)],
    [RELEASE_PAGES.certificateJson, certificateJson(one)],
  ];
}
