"""How release 0.1.0 decided on a bank's messages: only for the audit of its records.

Records of later releases hold a `BankFileTaken` event for every file. Those without one were made by these rules, which
never change. Old files are read by today's readers and converted to the model of that release.
"""
