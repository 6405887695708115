"""Reads the ISO 20022 messages of a bank: camt.052, .053, .054 from version 2 and pain.002 from version 3.

One reader covers all versions, because it looks for names and takes what it finds. What differs between versions:

    what                      older                            newer
    status of an entry        Sts = text (to .06)              Sts/Cd or Sts/Prtry (from .07)
    party                     Dbtr/Nm (to .06)                 Dbtr/Pty/Nm or Dbtr/Agt/FinInstnId/Nm (from .07)
    charges                   Chrgs repeats: Amt (.02)         Chrgs/Rcrd/Amt (from .03), ChrgInclInd (from .04)
    amount of a detail        AmtDtls/TxAmt (.02)              Amt and CdtDbtInd (.03); optional (from .07)
    page of a report          GrpHdr/MsgPgntn                  also StmtPgntn, RptPgntn, NtfctnPgntn (from .03)
    time of a report          CreDtTm                          optional (from .07): GrpHdr/CreDtTm
    account                   Id                               optional (from .09): Prxy/Id
    UETR                      none                             Refs/UETR (from .08)
    unit of a rate            one                              CcyXchg/XchgRateBase (from .11)
    bank                      BIC                              BICFI: not read
    status (pain.002)         a closed list (to .07)           text
"""
