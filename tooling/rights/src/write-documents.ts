import { writeFileSync } from 'node:fs';

import { DOCUMENTS, pathOf, readDocument, withRules } from './documents.ts';

// Writes into the READMEs what the packages need of a user: `pnpm docs:rights`.
for (const document of DOCUMENTS) {
  writeFileSync(pathOf(document), withRules(document, readDocument(document.path)));
}
