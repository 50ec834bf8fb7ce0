export async function updateDocument(_rows: readonly unknown[]): Promise<void> {}
