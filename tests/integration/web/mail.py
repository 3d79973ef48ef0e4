"""What lies in the two accounts of the web tests."""

ANN, BOB = 90, 60  # messages of the two accounts
START = 1_760_000_000
ATTACHED = b"""From: Robin Fox <robin@fox.example>
To: Ann <ann@vex.example>, bob@vex.example
Cc: Cleo <cleo@vex.example>
Subject: The plan </script><script>alert(1)</script>
Message-ID: <plan@fox.example>
In-Reply-To: <before@fox.example>
Date: Sun, 22 Nov 2026 10:00:00 +0000
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/html; charset=utf-8

<p>See the <b>plan</b></p><script>alert(1)</script><img src="https://far.example/x.png">
--b
Content-Type: text/csv; name="plan.csv"
Content-Disposition: attachment; filename="plan.csv"

a,b
--b--
""".replace(b"\n", b"\r\n")
"""The newest message: hostile subject, HTML, an attachment."""
