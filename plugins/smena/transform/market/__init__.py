"""Kontur.Market's answers as frames: cheques become till shifts, cashless and sales reports, waybills their lines."""
