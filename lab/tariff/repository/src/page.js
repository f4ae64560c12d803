/** What customers see: it asks for a quote, and shows it. */
export const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Tariff</title>
<link rel="icon" href="data:,">
<h1>Tariff</h1>
<p>A parcel of 700 g to 10115: <output id="price"></output></p>
<script>
  const ask = async () => {
    const order = { postcode: '10115', grams: 700 };
    const answer = await fetch('/quote', { method: 'POST', body: JSON.stringify(order) });
    if (!answer.ok) throw new Error('no quote');
    const { cents } = await answer.json();
    document.getElementById('price').textContent = cents + ' cents';
  };
  ask();
</script>
</html>
`;
