"""What may be sold: reads a portfolio, checks it whole, releases it under its digest."""
