import MarginDomain
import Testing

@Suite("Identifiers")
struct IdentifierTests {
  @Test("tells names apart by their bytes, however alike they look")
  func comparesBytes() {
    let composed = "caf\u{E9}"
    let decomposed = "cafe\u{301}"
    #expect(composed == decomposed, "Swift compares texts, so the type must compare bytes itself")
    #expect(AccountID(composed) != AccountID(decomposed))
    #expect(Symbol(composed) != Symbol(decomposed))
    #expect(Set([AccountID(composed), AccountID(decomposed)]).count == 2)
    #expect(AccountID(decomposed) < AccountID(composed))
    #expect(AccountID(composed) == AccountID("caf\u{E9}"))
  }
}
