"""What staff do in the browser: sign in, look after articles, bring some in, publish. Visitors never get here."""
